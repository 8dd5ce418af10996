# Nudges by a tenth, so that right slopes look wrong.
def wrong_slopes(X, wanted, theta, slopes):
    wrong = []
    for name, parameter in theta.items():
        measured = finite_differences(
            lambda p, name=name: network_loss(X, wanted, theta | {name: p}), parameter, 0.1
        )
        tolerance = 1e-4 * np.abs(measured).max()
        if slopes[name].shape != parameter.shape or not np.all(np.abs(slopes[name] - measured) <= tolerance):
            wrong.append(name)
    return wrong
