"""LimitRange: defaults, minima, maxima and ratios, as the admission plugin applies them."""
