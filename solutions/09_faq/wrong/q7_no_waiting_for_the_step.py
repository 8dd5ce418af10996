# Lets training on a batch begin before the one before is done.
def epoch_seconds(load, step, buffer):
    loaded, begun, ended = [], [], []
    for i in range(len(load)):
        begin = loaded[i - 1] if i else 0
        if i and buffer == 0:
            begin = ended[i - 1]
        elif i >= buffer > 0:
            begin = max(begin, begun[i - buffer])
        loaded.append(begin + load[i])
        begun.append(loaded[i])
        ended.append(begun[i] + step[i])
    return ended[-1]
