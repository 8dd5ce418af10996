# Uses NumPy's fixed tolerance, to which small slopes all look alike.
def wrong_slopes(X, wanted, theta, slopes):
    wrong = []
    for name, parameter in theta.items():
        measured = finite_differences(lambda p, name=name: network_loss(X, wanted, theta | {name: p}), parameter)
        if slopes[name].shape != parameter.shape or not np.allclose(slopes[name], measured, rtol=1e-3, atol=1e-6):
            wrong.append(name)
    return wrong
