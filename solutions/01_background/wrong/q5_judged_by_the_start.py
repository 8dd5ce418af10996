# Judges all examples by the weights of the start.
def one_pass(x, y, w, b):
    moves = np.where(y * (x @ w + b) <= 0, y, 0)
    return w + np.cumsum(moves[:, None] * x, axis=0), b + np.cumsum(moves)
