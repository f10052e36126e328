"""A set of files with planted credentials, and of look-alikes that are none, made from a seed.

Nothing here is taken from what detects: formats are described from the documentation of those who issue them, code
is written as people bind credentials, and look-alikes are what machine-learning code really has. No credential is
real, and none stands in this text: they are made when the set is.
"""
