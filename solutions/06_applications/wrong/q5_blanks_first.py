# Drops the blanks before it joins the frames of one sound, so that double letters are lost.
def read_frames(logits, lengths):
    texts = []
    for path, length in zip(logits.argmax(axis=2), lengths, strict=True):
        path = path[:length]
        path = path[path > 0]
        texts.append(path[np.diff(path, prepend=-1) != 0].tolist())
    return texts
