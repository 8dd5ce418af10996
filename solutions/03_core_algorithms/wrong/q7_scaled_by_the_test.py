# Standardises the test patients by their own mean and deviation.
def malignant_risk(x_train, y_train, x_test):
    x_train, x_test = (
        (x - x.mean(axis=0)) / np.where(x.std(axis=0) > 1e-9, x.std(axis=0), 1) for x in (x_train, x_test)
    )
    w, b = np.zeros(x_train.shape[1]), 0.0
    for _ in range(200):
        delta = (1 / (1 + np.exp(-(x_train @ w + b))) - y_train) / len(y_train)
        w -= x_train.T @ delta
        b -= delta.sum()
    return 1 / (1 + np.exp(-(x_test @ w + b)))
