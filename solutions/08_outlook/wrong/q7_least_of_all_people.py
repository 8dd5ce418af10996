# Asks for enough people, and not for enough who deserve it.
def three_gaps(labels, decisions, first, second, least):
    def gap(names):
        got, size, names = {}, {}, list(names)
        for name, label, decision in zip(names, labels, decisions, strict=True):
            size[name] = size.get(name, 0) + 1
            if label == 1:
                got.setdefault(name, []).append(decision)
        shares = [np.mean(group) for name, group in got.items() if size[name] >= least]
        return max(shares) - min(shares) if len(shares) > 1 else 0.0

    return gap(first), gap(second), gap(zip(first, second, strict=True))
