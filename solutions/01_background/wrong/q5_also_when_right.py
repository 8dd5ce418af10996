# Moves after every example, right or wrong.
def one_pass(x, y, w, b):
    return w + np.cumsum(y[:, None] * x, axis=0), b + np.cumsum(y)
