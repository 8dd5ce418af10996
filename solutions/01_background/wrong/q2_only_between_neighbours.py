# Forgets the rules that always give the same answer.
def learn_rule(feature, labels):
    values = np.unique(feature)
    best = None
    for threshold, direction in product((values[1:] + values[:-1]) / 2, (-1, 1)):
        mistakes = np.sum(np.where(feature > threshold, direction, -direction) != labels)
        if best is None or mistakes < best[2]:
            best = threshold, direction, mistakes
    return best
