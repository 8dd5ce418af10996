# Asks who got it among all people, not among those who deserve it.
def three_gaps(labels, decisions, first, second, least):
    def gap(names):
        got = {}
        for name, decision in zip(names, decisions, strict=True):
            got.setdefault(name, []).append(decision)
        shares = [np.mean(group) for group in got.values() if len(group) >= least]
        return max(shares) - min(shares) if len(shares) > 1 else 0.0

    return gap(first), gap(second), gap(zip(first, second, strict=True))
