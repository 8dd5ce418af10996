# Reads a sound once for each of its frames.
def read_frames(logits, lengths):
    texts = []
    for path, length in zip(logits.argmax(axis=2), lengths, strict=True):
        path = path[:length]
        texts.append(path[path > 0].tolist())
    return texts
