# Takes the last symbol for the blank.
def read_frames(logits, lengths):
    texts = []
    for path, length in zip(logits.argmax(axis=2), lengths, strict=True):
        path = path[:length]
        blank = logits.shape[2] - 1
        texts.append(path[(np.diff(path, prepend=-1) != 0) & (path != blank)].tolist())
    return texts
