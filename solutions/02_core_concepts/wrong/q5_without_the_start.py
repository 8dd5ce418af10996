# Leaves the start out of the path.
def nesterov(start, curvature, rate, beta, steps):
    w, m, path = start, 0, []
    for _ in range(steps):
        m = beta * m - rate * curvature * (w + beta * m)
        w = w + m
        path.append(w)
    return np.array(path)
