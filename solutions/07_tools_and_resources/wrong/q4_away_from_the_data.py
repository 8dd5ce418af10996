# Learns the dream and unlearns what was seen.
def contrastive_step(v, W, a, b, uniform_h, uniform_v, rate):
    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    seen = sigmoid(b + v @ W)
    hidden = (uniform_h < seen).astype(float)
    imagined = (uniform_v < sigmoid(a + hidden @ W.T)).astype(float)
    dreamt = sigmoid(b + imagined @ W)
    W = W + rate * (imagined.T @ dreamt - v.T @ seen) / len(v)
    return W, a + rate * (imagined - v).mean(axis=0), b + rate * (dreamt - seen).mean(axis=0)
