module dev.gradus.core {
    requires static org.jspecify;
}
