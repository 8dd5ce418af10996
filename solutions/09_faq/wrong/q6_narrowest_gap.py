# Takes the row with the narrowest gap.
def best_remedy(train, valid):
    gaps = np.mean(train - valid, axis=1)
    return int(np.argmin(gaps)), gaps
