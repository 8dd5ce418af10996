# Counts an example on the threshold to the other side.
def learn_rule(feature, labels):
    best = None
    for threshold, direction in product(feature, (-1, 1)):
        mistakes = np.sum(np.where(feature >= threshold, direction, -direction) != labels)
        if best is None or mistakes < best[2]:
            best = threshold, direction, mistakes
    return best
