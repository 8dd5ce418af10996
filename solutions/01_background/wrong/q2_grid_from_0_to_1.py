# Tries the chapter's 101 thresholds, whatever the scale of the feature.
def learn_rule(feature, labels):
    best = None
    for threshold, direction in product(np.linspace(0, 1, 101), (-1, 1)):
        mistakes = np.sum(np.where(feature > threshold, direction, -direction) != labels)
        if best is None or mistakes < best[2]:
            best = threshold, direction, mistakes
    return best
