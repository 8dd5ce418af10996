# Multiplies the two paths, where they add.
def shared_weight(w, x, y):
    h = np.tanh(w * x)
    error = 2 * (w * h - y)
    return error * h * w * (1 - h**2) * x, error * w * (1 - h**2) * w
