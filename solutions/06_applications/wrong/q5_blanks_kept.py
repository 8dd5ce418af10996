# Leaves the blanks in the text.
def read_frames(logits, lengths):
    texts = []
    for path, length in zip(logits.argmax(axis=2), lengths, strict=True):
        path = path[:length]
        texts.append(path[np.diff(path, prepend=-1) != 0].tolist())
    return texts
