# Takes the gradient where the weights were: it looks back, not ahead.
def nesterov(start, curvature, rate, beta, steps):
    w, m, path = start, 0, [start]
    for _ in range(steps):
        m = beta * m - rate * curvature * (w - beta * m)
        w = w + m
        path.append(w)
    return np.array(path)
