"""Result: what was seen of a deployment, how it was judged and what follows from it, as frozen values.

Why: exit codes, reports, the comparison of two reports and a drill that requires a healthy deployment read one verdict.
A value is the same when it was written as JSON and read back.
"""
