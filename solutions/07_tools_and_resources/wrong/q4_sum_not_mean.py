# Adds up over the batch and forgets to divide.
def contrastive_step(v, W, a, b, uniform_h, uniform_v, rate):
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    seen = sigmoid(b + v @ W)
    hidden = (uniform_h < seen).astype(float)
    imagined = (uniform_v < sigmoid(a + hidden @ W.T)).astype(float)
    dreamt = sigmoid(b + imagined @ W)
    W = W + rate * (v.T @ seen - imagined.T @ dreamt)
    return W, a + rate * (v - imagined).sum(axis=0), b + rate * (seen - dreamt).sum(axis=0)
