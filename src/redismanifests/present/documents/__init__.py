"""Documents: one module a subject, which says what there is to know of it; no format is known here."""
