# Changes one array in place: all points of the path are the last one.
def nesterov(start, curvature, rate, beta, steps):
    w, m, path = start, 0, [start]
    for _ in range(steps):
        m = beta * m - rate * curvature * (w + beta * m)
        w += m
        path.append(w)
    return np.array(path)
