# Splits pictures, so that drawings of one scan land on both sides.
def split_by_scan(scans, share, seed):
    order = np.random.default_rng(seed).permutation(len(scans))
    cut = round(share * len(scans))
    return order[cut:], order[:cut]
