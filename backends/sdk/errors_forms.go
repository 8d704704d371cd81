package sdk

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"io"
	"net/http"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

// foreignError is an error document in any of the three forms that services write: <Error> as S3's, <ErrorResponse><Error>
// as that of IAM and STS, <Response><Errors><Error> as EC2's.
type foreignError struct {
	XMLName xml.Name
	errorBody
	Inner     errorBody `xml:"Error"`
	Innermost errorBody `xml:"Errors>Error"`
	// EC2 writes its name so.
	RequestID string `xml:"RequestID"`
}

type errorBody struct {
	Code      string `xml:"Code"`
	Message   string `xml:"Message"`
	RequestID string `xml:"RequestId"`
}

// ownForm replaces the error document of an answer by one in the form of the service that was asked: the SDK finds the
// error's code in no other. Systems that imitate AWS send one form for all services.
func ownForm(req *http.Request, answer *http.Response) error {
	if answer.StatusCode < 300 || req.Method == http.MethodHead {
		return nil
	}
	body, err := io.ReadAll(answer.Body)
	_ = answer.Body.Close()
	if err != nil {
		return err
	}
	if own := translated(awsmiddleware.GetServiceID(req.Context()) == s3.ServiceID, body); own != nil {
		body = own
		answer.ContentLength = int64(len(body))
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// translated returns an error document in the form of S3, or in that of IAM and STS; nil for one that has it already, and
// for what is no error document.
func translated(toS3 bool, body []byte) []byte {
	var found foreignError
	if xml.Unmarshal(body, &found) != nil || (found.XMLName.Local == "Error") == toS3 && found.XMLName.Local != "Response" {
		return nil
	}
	own := errorBody{
		Code:      cmp.Or(found.Code, found.Inner.Code, found.Innermost.Code),
		Message:   cmp.Or(found.Message, found.Inner.Message, found.Innermost.Message),
		RequestID: cmp.Or(found.errorBody.RequestID, found.RequestID),
	}
	if own.Code == "" {
		return nil
	}
	var document any = struct {
		XMLName xml.Name `xml:"Error"`
		errorBody
	}{errorBody: own}
	if !toS3 {
		document = struct {
			XMLName   xml.Name  `xml:"ErrorResponse"`
			Error     errorBody `xml:"Error"`
			RequestID string    `xml:"RequestId"`
		}{Error: own, RequestID: own.RequestID}
	}
	written, err := xml.Marshal(document)
	if err != nil {
		return nil
	}
	return written
}
