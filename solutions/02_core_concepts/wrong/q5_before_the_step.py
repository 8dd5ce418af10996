# Notes the weights before each step, so that the last point is missing and the start comes twice.
def nesterov(start, curvature, rate, beta, steps):
    w, m, path = start, 0, [start]
    for _ in range(steps):
        path.append(w)
        m = beta * m - rate * curvature * (w + beta * m)
        w = w + m
    return np.array(path)
