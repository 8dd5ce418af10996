# Takes for granted that a large feature speaks for 1.
def learn_rule(feature, labels):
    candidates = np.append(feature, feature.min() - 1)
    mistakes = [np.sum(np.where(feature > threshold, 1, -1) != labels) for threshold in candidates]
    best = np.argmin(mistakes)
    return candidates[best], 1, mistakes[best]
