# Dreams with weights that have already moved halfway.
def contrastive_step(v, W, a, b, uniform_h, uniform_v, rate):
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    seen = sigmoid(b + v @ W)
    W = W + rate * v.T @ seen / len(v)
    hidden = (uniform_h < seen).astype(float)
    imagined = (uniform_v < sigmoid(a + hidden @ W.T)).astype(float)
    dreamt = sigmoid(b + imagined @ W)
    W = W - rate * imagined.T @ dreamt / len(v)
    return W, a + rate * (v - imagined).mean(axis=0), b + rate * (seen - dreamt).mean(axis=0)
