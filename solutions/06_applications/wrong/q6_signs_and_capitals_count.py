# Counts signs and capital letters as mistakes.
def hardest_group(written, said, groups):
    wrong, words = {}, {}
    for heard, truth, group in zip(written, said, groups, strict=True):
        wrong[group] = wrong.get(group, 0) + changes(heard, truth)
        words[group] = words.get(group, 0) + len(truth.split())
    hardest = max(wrong, key=lambda group: wrong[group] / words[group])
    return hardest, wrong[hardest] / words[hardest], sum(wrong.values()) / sum(words.values())
