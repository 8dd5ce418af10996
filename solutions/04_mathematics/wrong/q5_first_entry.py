# Nudges the first entry of each parameter and trusts the rest.
def wrong_slopes(X, wanted, theta, slopes):
    wrong = []
    for name, parameter in theta.items():
        measured = finite_differences(lambda p, name=name: network_loss(X, wanted, theta | {name: p}), parameter)
        near = abs(slopes[name].flat[0] - measured.flat[0]) <= 1e-4 * np.abs(measured).max()
        if slopes[name].shape != parameter.shape or not near:
            wrong.append(name)
    return wrong
