# Takes every convolution for one that keeps the size, but for the stride.
def follow(shape, stack):
    shapes, parameters = [], 0
    for layer in stack:
        if layer["kind"] == "convolution":
            rows, columns = (-(-side // layer["stride"]) for side in shape[:2])
            parameters += (layer["window"] ** 2 * shape[2] + 1) * layer["filters"]
            shape = (rows, columns, layer["filters"])
        elif layer["kind"] == "pooling":
            shape = (shape[0] // layer["window"], shape[1] // layer["window"], shape[2])
        elif layer["kind"] == "flatten":
            shape = (shape[0] * shape[1] * shape[2],)
        else:
            parameters += (shape[0] + 1) * layer["units"]
            shape = (layer["units"],)
        shapes.append(shape)
    return shapes, parameters
