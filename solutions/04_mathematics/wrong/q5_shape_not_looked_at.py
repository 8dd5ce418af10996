# Lets NumPy stretch a slope of the wrong shape before it compares.
def wrong_slopes(X, wanted, theta, slopes):
    wrong = []
    for name, parameter in theta.items():
        measured = finite_differences(lambda p, name=name: network_loss(X, wanted, theta | {name: p}), parameter)
        tolerance = 1e-4 * np.abs(measured).max()
        if not np.all(np.abs(slopes[name] - measured) <= tolerance):
            wrong.append(name)
    return wrong
