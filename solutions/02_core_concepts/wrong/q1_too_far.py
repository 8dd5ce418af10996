# Cuts a padded picture: a move larger than the padding reaches out of it.
def shift(images, moves):
    _, height, width = images.shape
    padded = np.pad(images, ((0, 0), (4, 4), (4, 4)))
    return np.stack(
        [
            picture[4 - down : 4 - down + height, 4 - right : 4 - right + width]
            for picture, (down, right) in zip(padded, moves, strict=True)
        ]
    )
