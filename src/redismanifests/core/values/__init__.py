"""Values: amounts, durations, names and images, each parsed, compared and printed as its reader does."""
