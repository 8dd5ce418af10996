# Reads each symbol once, wherever it comes again.
def read_frames(logits, lengths):
    texts = []
    for path, length in zip(logits.argmax(axis=2), lengths, strict=True):
        path = path[:length].tolist()
        texts.append([symbol for symbol in dict.fromkeys(path) if symbol > 0])
    return texts
