"""Judge: whether a profile and what it renders can work, before anything is applied."""
