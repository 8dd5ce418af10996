# Divides the constant column by its standard deviation of zero.
def malignant_risk(x_train, y_train, x_test):
    centre, scatter = x_train.mean(axis=0), x_train.std(axis=0)
    x_train, x_test = (x_train - centre) / scatter, (x_test - centre) / scatter
    w, b = np.zeros(x_train.shape[1]), 0.0
    for _ in range(200):
        delta = (1 / (1 + np.exp(-(x_train @ w + b))) - y_train) / len(y_train)
        w -= x_train.T @ delta
        b -= delta.sum()
    return 1 / (1 + np.exp(-(x_test @ w + b)))
