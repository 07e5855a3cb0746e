package main

import (
	"fmt"

	"github.com/elizad/elizad/internal/model/uselite/packfile"
)

// The scopes in which the published graph names its weights.
const (
	applied = "module_apply_default/Encoder_en/KonaTransformer/Encode/"
	held    = "module/Encoder_en/KonaTransformer/Encode/"
	hidden  = "module/Encoder_en/hidden_layers/tanh_layer_0/"
)

// entry maps a published tensor to one of the pack file. A published matrix
// has a row for each input; the packed one has a row for each output, since
// one output is one dot product and one scale.
type entry struct {
	name, from string
	in, out    int  // of a matrix; in is 0 for a vector of out values
	byRow      bool // the published matrix is kept as it is
}

// entries lists what the network needs.
func entries() []entry {
	list := []entry{
		{name: "embedding", from: "module/Embeddings_en", in: 8002, out: 256, byRow: true},
		{name: "timing", from: applied + "TransformerStack/Layer_0/AddTimingSignal/TimingSignal/ExpandDims_1", out: 128},
		{name: "layer0.residual.weight", from: applied + "Layer_0/TransformerLayer/dense/kernel/ConcatPartitions/concat", in: 256, out: 512},
		{name: "layer0.residual.bias", from: applied + "Layer_0/TransformerLayer/dense/bias/ConcatPartitions/concat", out: 512},
		{name: "tanh.weight", from: hidden + "weights", in: 512, out: 512},
		{name: "tanh.bias", from: hidden + "bias", out: 512},
	}
	for layer, width := range []int{256, 512} {
		name := fmt.Sprintf("layer%d.", layer)
		scope := fmt.Sprintf("Layer_%d/TransformerLayer/", layer)
		list = append(list,
			entry{name: name + "norm1.scale", from: applied + scope + "layer_prepostprocess/layer_norm/layer_norm_scale/ConcatPartitions/concat", out: width},
			entry{name: name + "norm1.bias", from: applied + scope + "layer_prepostprocess/layer_norm/layer_norm_bias/ConcatPartitions/concat", out: width},
			entry{name: name + "qkv.weight", from: held + scope + "MultiheadAttention/qkv_transform_single/kernel/part_0", in: width, out: 3 * width},
			entry{name: name + "qkv.bias", from: applied + scope + "MultiheadAttention/qkv_transform_single/bias/ConcatPartitions/concat", out: 3 * width},
			entry{name: name + "attended.weight", from: held + scope + "MultiheadAttention/output_transform_single/kernel/part_0", in: width, out: 512},
			entry{name: name + "attended.bias", from: applied + scope + "MultiheadAttention/output_transform_single/bias/ConcatPartitions/concat", out: 512},
			entry{name: name + "norm2.scale", from: applied + scope + "FFN/layer_prepostprocess/layer_norm/layer_norm_scale/ConcatPartitions/concat", out: 512},
			entry{name: name + "norm2.bias", from: applied + scope + "FFN/layer_prepostprocess/layer_norm/layer_norm_bias/ConcatPartitions/concat", out: 512},
			entry{name: name + "wide.weight", from: applied + "TransformerStack/" + scope + "FFN/conv1/Tensordot/Reshape_1", in: 512, out: 1536},
			entry{name: name + "wide.bias", from: applied + scope + "FFN/conv1/bias/ConcatPartitions/concat", out: 1536},
			entry{name: name + "narrow.weight", from: applied + "TransformerStack/" + scope + "FFN/conv2/Tensordot/Reshape_1", in: 1536, out: 512},
			entry{name: name + "narrow.bias", from: applied + scope + "FFN/conv2/bias/ConcatPartitions/concat", out: 512},
		)
	}
	return list
}

// tensors picks and turns the published weights for the pack file.
func (s *source) tensors() ([]packfile.Tensor, error) {
	var list []packfile.Tensor
	for _, e := range entries() {
		values, ok := s.weights[e.from]
		if !ok || len(values) != max(e.in, 1)*e.out {
			return nil, fmt.Errorf("the published model has no %s of %d x %d", e.from, e.in, e.out)
		}
		switch {
		case e.in == 0:
			list = append(list, packfile.Tensor{Name: e.name, Rows: 1, Cols: e.out, Values: values, Vector: true})
		case e.byRow:
			list = append(list, packfile.Tensor{Name: e.name, Rows: e.in, Cols: e.out, Values: values})
		default:
			list = append(list, packfile.Tensor{Name: e.name, Rows: e.out, Cols: e.in, Values: transposed(values, e.out)})
		}
	}
	return list, nil
}

// transposed turns a matrix of that many columns.
func transposed(values []float32, cols int) []float32 {
	rows := len(values) / cols
	out := make([]float32, len(values))
	for r := range rows {
		for c := range cols {
			out[c*rows+r] = values[r*cols+c]
		}
	}
	return out
}
