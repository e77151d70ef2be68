"""Moving: the state of a move, its cut, and the way back; every step runs in the first Redis pod."""
