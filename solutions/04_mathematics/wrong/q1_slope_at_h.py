# Takes the slope of tanh at h, as if h were what goes into it.
def shared_weight(w, x, y):
    h = np.tanh(w * x)
    error, bend = 2 * (w * h - y), 1 - np.tanh(h) ** 2
    return error * (h + w * bend * x), error * w * bend * w
