"""Reading the pages of metrics of gateways and pods, where no server keeps them."""
