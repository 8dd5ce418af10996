# Compares each frame with the one before and loses the first, which has none.
def read_frames(logits, lengths):
    texts = []
    for path, length in zip(logits.argmax(axis=2), lengths, strict=True):
        path = path[:length]
        texts.append(path[1:][(np.diff(path) != 0) & (path[1:] > 0)].tolist())
    return texts
