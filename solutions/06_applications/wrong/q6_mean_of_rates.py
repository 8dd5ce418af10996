# Takes the mean of the rates of recordings, in which one word weighs as much as twenty.
def hardest_group(written, said, groups):
    plain = str.maketrans("", "", ".,?!")
    rates = {}
    for heard, truth, group in zip(written, said, groups, strict=True):
        heard, truth = (text.lower().translate(plain) for text in (heard, truth))
        rates.setdefault(group, []).append(changes(heard, truth) / max(len(truth.split()), 1))
    hardest = max(rates, key=lambda group: np.mean(rates[group]))
    return hardest, np.mean(rates[hardest]), np.mean([rate for group in rates.values() for rate in group])
