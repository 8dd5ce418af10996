# Leaves out the path along which w moves h.
def shared_weight(w, x, y):
    h = np.tanh(w * x)
    error = 2 * (w * h - y)
    return error * h, error * w * (1 - h**2) * w
