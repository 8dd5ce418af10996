# Mends the path, but takes the gradient where the weights are: momentum without looking ahead.
def nesterov(start, curvature, rate, beta, steps):
    w, m, path = start, 0, [start]
    for _ in range(steps):
        m = beta * m - rate * curvature * w
        w = w + m
        path.append(w)
    return np.array(path)
