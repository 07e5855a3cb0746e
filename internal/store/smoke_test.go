package store

import ("testing";"context";"time";"github.com/elizad/elizad/internal/eliza")

func TestSmoke(t *testing.T){
	ctx:=context.Background()
	dir:=t.TempDir()
	t0:=time.Now()
	s,err:=Open(ctx,Config{DataDir:dir}); if err!=nil{t.Fatal(err)}
	t.Log("first open",time.Since(t0))
	a:=eliza.NewAgent(eliza.Character{Name:"A",Bio:eliza.TextList{"b"}}); a.Status=eliza.Active
	if err:=s.CreateAgent(ctx,a);err!=nil{t.Fatal(err)}
	if err:=s.CreateAgent(ctx,a);eliza.ErrorCode(err)!=eliza.CodeConflict{t.Fatal(err)}
	t.Log(s.Agents(ctx))
	t.Log(s.Servers(ctx))
	if err:=s.Close();err!=nil{t.Fatal(err)}
	t0=time.Now()
	s,err=Open(ctx,Config{DataDir:dir}); if err!=nil{t.Fatal(err)}
	t.Log("second open",time.Since(t0))
	t.Log(s.Stats(ctx))
	s.Close()
}
