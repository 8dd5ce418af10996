# Divides by letters instead of words.
def hardest_group(written, said, groups):
    plain = str.maketrans("", "", ".,?!")
    wrong, words = {}, {}
    for heard, truth, group in zip(written, said, groups, strict=True):
        heard, truth = (text.lower().translate(plain) for text in (heard, truth))
        wrong[group] = wrong.get(group, 0) + changes(heard, truth)
        words[group] = words.get(group, 0) + len(truth)
    hardest = max(wrong, key=lambda group: wrong[group] / words[group])
    return hardest, wrong[hardest] / words[hardest], sum(wrong.values()) / sum(words.values())
