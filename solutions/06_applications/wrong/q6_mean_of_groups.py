# Takes the mean of the groups' rates for the rate over all recordings.
def hardest_group(written, said, groups):
    plain = str.maketrans("", "", ".,?!")
    wrong, words = {}, {}
    for heard, truth, group in zip(written, said, groups, strict=True):
        heard, truth = (text.lower().translate(plain) for text in (heard, truth))
        wrong[group] = wrong.get(group, 0) + changes(heard, truth)
        words[group] = words.get(group, 0) + len(truth.split())
    hardest = max(wrong, key=lambda group: wrong[group] / words[group])
    return hardest, wrong[hardest] / words[hardest], np.mean([wrong[group] / words[group] for group in wrong])
