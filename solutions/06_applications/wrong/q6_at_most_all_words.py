# Counts at most as many changes as there were words.
def hardest_group(written, said, groups):
    plain = str.maketrans("", "", ".,?!")
    wrong, words = {}, {}
    for heard, truth, group in zip(written, said, groups, strict=True):
        heard, truth = (text.lower().translate(plain) for text in (heard, truth))
        wrong[group] = wrong.get(group, 0) + min(changes(heard, truth), len(truth.split()))
        words[group] = words.get(group, 0) + len(truth.split())
    hardest = max(wrong, key=lambda group: wrong[group] / words[group])
    return hardest, wrong[hardest] / words[hardest], sum(wrong.values()) / sum(words.values())
