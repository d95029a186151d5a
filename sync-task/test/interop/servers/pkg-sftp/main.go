// Serves the local file system over pkg/sftp, the library under most SFTP servers in Go, on a free loopback port, which it prints.
// Its user, password and host key come from the environment.
package main

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"os"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
)

func main() {
	key, err := os.ReadFile(os.Getenv("SERVER_HOST_KEY"))
	if err != nil {
		log.Fatal(err)
	}
	signer, err := ssh.ParsePrivateKey(key)
	if err != nil {
		log.Fatal(err)
	}
	config := &ssh.ServerConfig{
		PasswordCallback: func(login ssh.ConnMetadata, password []byte) (*ssh.Permissions, error) {
			if login.User() == os.Getenv("SERVER_USER") && string(password) == os.Getenv("SERVER_PASSWORD") {
				return nil, nil
			}
			return nil, errors.New("wrong user or password")
		},
	}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	for {
		connection, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(connection, config)
	}
}

func serve(connection net.Conn, config *ssh.ServerConfig) {
	login, channels, requests, err := ssh.NewServerConn(connection, config)
	if err != nil {
		log.Print(err)
		return
	}
	defer login.Close()
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		if offered.ChannelType() != "session" {
			offered.Reject(ssh.UnknownChannelType, "sessions only")
			continue
		}
		channel, requests, err := offered.Accept()
		if err != nil {
			log.Print(err)
			return
		}
		go func() {
			for request := range requests {
				// The payload is a string: its length, then "sftp".
				isSftp := request.Type == "subsystem" && len(request.Payload) > 4 && string(request.Payload[4:]) == "sftp"
				request.Reply(isSftp, nil)
				if isSftp {
					go serveSftp(channel)
				}
			}
		}()
	}
}

func serveSftp(channel ssh.Channel) {
	defer channel.Close()
	server, err := sftp.NewServer(channel)
	if err != nil {
		log.Print(err)
		return
	}
	if err := server.Serve(); err != nil && !errors.Is(err, io.EOF) {
		log.Print(err)
	}
	server.Close()
}
