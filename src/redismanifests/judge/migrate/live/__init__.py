"""Live: what objects of a cluster are: the same facts as those of a chart's values, and an account of every field.

The objects come from `kubectl get -o yaml` or `helm get manifest`. What follows from a fact for the profile is in
`convert`, once for values and objects.
"""
