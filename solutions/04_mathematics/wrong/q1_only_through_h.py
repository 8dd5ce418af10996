# Leaves out the second use of w, where it multiplies h.
def shared_weight(w, x, y):
    h = np.tanh(w * x)
    slope_z = 2 * (w * h - y) * w * (1 - h**2)
    return slope_z * x, slope_z * w
